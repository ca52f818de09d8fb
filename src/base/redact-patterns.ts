/** What counts as a secret. Built-in patterns have no nested repetition and an upper bound on each one. */

type SecretPattern = {
	readonly pattern: RegExp;
	/** What is masked: the whole match, or its last group that took part. */
	readonly masks: 'all' | 'group';
};

/** Words whose value is a secret in any notation. */
const strong =
	'(?:passw(?:or)?d|passphrase|pwd|secret|credentials?|api[_-]?key|access[_-]?key|private[_-]?key|signing[_-]?key|encryption[_-]?key|signature)';
/** Words that also stand in prose: their bare values must look like one. */
const weak = '(?:token|auth(?:orization)?|cookie|session)';
/** A name may go on behind its word (`PASSWORD_FILE`); what stands before it does not matter. */
const name = (words: string) => `${words}[A-Za-z0-9_-]{0,24}`;
const quotedValue = `"((?:[^"\\\\]|\\\\.){1,4096})"?|'([^']{1,4096})'?`;

export const secretPatterns: readonly SecretPattern[] = [
	// Access key ids of users, roles, bearer tokens and contexts (IAM user guide, unique identifiers).
	{pattern: /(?<![A-Za-z0-9])(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])/g, masks: 'all'},
	// STS session tokens as they begin in practice, wherever they stand.
	{pattern: /(?:IQoJb3JpZ2lu|FwoGZXIvYXdz|FQoGZXIvYXdz|AQoDYXdz)[A-Za-z0-9+/=_%-]{20,4096}/g, masks: 'all'},
	// JSON web tokens.
	{
		pattern: /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,4096}\.[A-Za-z0-9_-]{8,8192}(?:\.[A-Za-z0-9_-]{0,2048})?/g,
		masks: 'all',
	},
	// Authorization: Bearer …, Basic …
	{pattern: /\b(?:Bearer|Basic|AWS4-HMAC-SHA256)\s{1,4}([A-Za-z0-9._~+/=-]{8,8192})/gi, masks: 'group'},
	// Tokens that name their issuer.
	{
		pattern:
			/(?<![A-Za-z0-9])(?:gh[pousr]_[A-Za-z0-9]{20,255}|github_pat_[A-Za-z0-9_]{20,255}|glpat-[A-Za-z0-9_-]{16,255}|xox[abeoprs]-[A-Za-z0-9-]{10,255}|[rs]k_(?:live|test)_[A-Za-z0-9]{10,255}|npm_[A-Za-z0-9]{30,255}|AIza[A-Za-z0-9_-]{30,60})/g,
		masks: 'all',
	},
	// scheme://user:password@host
	{pattern: /:\/\/[^\s/:@"']{0,256}:([^\s/@"']{1,512})@/g, masks: 'group'},
	// A private key in PEM, to its end or to the end of the text.
	{
		pattern:
			/-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?:[^-]|-(?!----END)){0,65536}(?:-----END [A-Z0-9 ]{0,40}-----)?/g,
		masks: 'all',
	},
	// name = "value", "name": 'value'
	{
		pattern: new RegExp(
			`${name(`(?:${strong}|${weak})`)}["']?\\s{0,4}(?:=>|[:=])\\s{0,4}(?:${quotedValue})`,
			'gi',
		),
		masks: 'group',
	},
	// password=value, SECRET_KEY: value
	{
		pattern: new RegExp(
			`${name(strong)}["']?(?:=|:\\s{0,4}|\\s{1,2}=\\s{0,2}|=>\\s{0,2})([^\\s"',;&<>(){}\\[\\]]{1,4096})`,
			'gi',
		),
		masks: 'group',
	},
	// token=value of some length with a digit in it: prose after a colon has none.
	{
		pattern: new RegExp(
			`${name(weak)}["']?(?:=|:\\s{0,4}|\\s{1,2}=\\s{0,2})(?=[^\\s"',;&0-9]{0,64}[0-9])([^\\s"',;&<>(){}\\[\\]]{8,8192})`,
			'gi',
		),
		masks: 'group',
	},
	// --password value, -p is too short to judge.
	{
		pattern: new RegExp(`(?<!-)--[a-z-]{0,30}(?:${strong}|token)\\s{1,4}([^\\s"'-][^\\s"']{0,4095})`, 'gi'),
		masks: 'group',
	},
];

/**
 * One look at a text: false means that no built-in pattern can match it as it stands. It asks for the characters
 * that all patterns need, so that an ordinary line costs about a microsecond.
 */
export const mayHoldSecret = (text: string): boolean => suspicion.test(text);

const suspicion =
	/A[KSBC][IC]A[A-Z0-9]{4}|eyJ|IQoJ|F[wQ]oG|AQoD|gh[pousr]_|_pat_|glpat|xox|k_(?:live|test)_|npm_|AIza|:\/\/[^\s/@]*@|-----BEGIN|[Pp][Aa][Ss][Ss](?:[Ww]|[Pp])|[Pp][Ww][Dd]|[Ss][Ee][Cc][Rr][Ee][Tt]|[Tt][Oo][Kk][Ee][Nn]|[Kk][Ee][Yy][A-Za-z0-9_-]{0,24}["']?\s{0,4}[:=]|(?<!-)--[a-z-]{0,30}[Kk][Ee][Yy]|[Cc][Rr][Ee][Dd][Ee]|[Aa][Uu][Tt][Hh]|[Bb]earer|BEARER|[Bb]asic |HMAC|[Ss][Ii][Gg][Nn]|[Cc][Oo][Oo][Kk][Ii][Ee]|[Ss][Ee][Ss][Ss][Ii][Oo][Nn]/;
