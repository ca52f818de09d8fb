/** Names of units as screens show them. */
import {hostile, shown} from '../base/terminal-text.ts';
import type {Shown} from '../base/text.ts';

/** 's3-sync' of 's3-sync.service'; other kinds of unit keep their suffix. */
export const withoutSuffix = (unit: string): Shown => shown(hostile(unit.replace(/\.service$/, '')));
