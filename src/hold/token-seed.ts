import {randomBytes} from 'node:crypto';

/** New in every process that runs a core: ClientTokens are derived from it, and no two processes ever make the same. */
export const newTokenSeed = (): string => randomBytes(12).toString('hex');
