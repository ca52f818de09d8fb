/**
 * Text and trust. Text from outside (AWS, a box, a file) is `Hostile` until this room makes it
 * `Shown` (terminal), `Word` (POSIX sh), `Markup` (HTML, SVG, Markdown) or `Segment` (path).
 * Sinks take those types only.
 */
declare const trust: unique symbol;

/** Text from outside: compare it, send it back to where it came from, never print it. */
export type Hostile = string & {readonly [trust]?: 'hostile'};
/** One line that is safe on a terminal: no control bytes, no escapes, no bidi overrides, secrets masked. */
export type Shown = string & {readonly [trust]: 'shown'};
/** One quoted word of POSIX sh. */
export type Word = string & {readonly [trust]: 'word'};
/** Escaped for HTML, SVG or Markdown. */
export type Markup = string & {readonly [trust]: 'markup'};
/** One safe path segment. */
export type Segment = string & {readonly [trust]: 'segment'};
