/** Times of a boot as the screens show them. */

/** A point on the boot's own clock: 0:29, 12:05, 1:02:03. */
export const formatClock = (seconds: number): string => {
	const whole = Math.max(0, Math.floor(seconds));
	const minutes = Math.floor(whole / 60) % 60;
	const hours = Math.floor(whole / 3600);
	const rest = String(whole % 60).padStart(2, '0');
	return hours === 0 ? `${minutes}:${rest}` : `${hours}:${String(minutes).padStart(2, '0')}:${rest}`;
};

/** A duration in at most six cells: 0.4s, 57.6s, 1m01s, 2h05m. */
export const formatTook = (seconds: number): string => {
	const safe = Math.max(0, seconds);
	if (safe < 59.95) {
		return `${safe.toFixed(1)}s`;
	}

	const whole = Math.round(safe);
	if (whole < 3600) {
		return `${Math.floor(whole / 60)}m${String(whole % 60).padStart(2, '0')}s`;
	}

	const hours = Math.floor(whole / 3600);
	return hours < 100
		? `${hours}h${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')}m`
		: `${Math.floor(hours / 24)}d`;
};
