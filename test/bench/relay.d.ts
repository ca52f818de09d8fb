export const openRelay: (
	port: number,
	roundTripMs?: number,
) => Promise<{readonly port: number; readonly received: () => number; readonly close: () => void}>;
