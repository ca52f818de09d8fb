/** The version of the package. The test of this file compares it with package.json. */
export const version = '0.1.0';
