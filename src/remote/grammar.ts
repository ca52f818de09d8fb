/** What names from a box must look like before they come back in one of our command lines (threats.md Q2, Q3, Q5). */

const cursorGrammar = /^[A-Za-z0-9=;]{1,300}$/;
const bootIdGrammar = /^[0-9a-f]{32}$/;
const instanceIdGrammar = /^i-[0-9a-f]{8,17}$/;
const unitGrammar =
	/^(?=.{1,255}$)[A-Za-z0-9:_.\\-]+(?:@[A-Za-z0-9:_.\\-]*)?\.(?:service|socket|device|mount|automount|swap|target|path|timer|slice|scope)$/;

/** True for a journal cursor that may be sent back. */
export const isCursor = (text: string): boolean => cursorGrammar.test(text);

/** True for 32 hex characters, as in `_BOOT_ID`. */
export const isBootId = (text: string): boolean => bootIdGrammar.test(text);

/** True for an EC2 instance id. */
export const isInstanceId = (text: string): boolean => instanceIdGrammar.test(text);

/** True for a name systemd itself would accept for a unit; globs are not among them. */
export const isUnitName = (text: string): boolean => unitGrammar.test(text);

/** `-1`, `-2`, …: boots before the running one, as `journalctl --boot=` counts them. */
export const isBootOffset = (text: string): boolean => /^-[1-9][0-9]{0,3}$/.test(text);
