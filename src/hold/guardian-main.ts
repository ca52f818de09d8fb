/** The guardian's entry: a self-contained bundle of its own. Filled in by the hold. */
export {};
