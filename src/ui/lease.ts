/** How long a hold of the screen lasts when nobody says, and what + adds: a person moves the end, nothing else. */
export const usualSeconds = 3600;
/** Without a server-side net (hold.md): fifteen minutes, and no renewal. */
const netlessSeconds = 900;
export const extensionSeconds = 900;

/** `wanted` is what was asked for. */
export const secondsOf = ({net, wanted}: {readonly net: 'fuse' | 'none'; readonly wanted: number}): number =>
	net === 'fuse' ? wanted : Math.min(wanted, netlessSeconds);
