/** How long a hold of the screen lasts, and what + adds: a person moves the end, nothing else. */
export const leaseSeconds = 3600;
export const extensionSeconds = 900;
