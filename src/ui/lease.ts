/** How long a hold of the screen lasts, and what + adds: a person moves the end, nothing else. */
const leaseSeconds = 3600;
/** Without a server-side net (hold.md): fifteen minutes, and no renewal. */
const netlessSeconds = 900;
export const extensionSeconds = 900;

export const secondsOf = (net: 'fuse' | 'none'): number => (net === 'fuse' ? leaseSeconds : netlessSeconds);
