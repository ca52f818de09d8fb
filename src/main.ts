/** The composition root: arguments to one command. */
export const main = async (_argv: readonly string[]): Promise<number> => 0;
