/** XML as the query protocols answer: structures by name, lists as `member` (awsQuery) or `item` (ec2Query). */
export type XmlValue = string | number | boolean | Date | null | undefined | XmlRecord | readonly XmlValue[];
export type XmlRecord = {readonly [name: string]: XmlValue};

/** null and undefined are left out; an empty list is an empty element. */
export const toXml = (value: XmlRecord, listName: 'member' | 'item'): string =>
	Object.entries(value)
		.map(([name, child]) => element(name, child, listName))
		.join('');

const element = (name: string, value: XmlValue, listName: 'member' | 'item'): string => {
	if (value === null || value === undefined) return '';
	if (Array.isArray(value)) {
		const items = (value as readonly XmlValue[]).map(item => element(listName, item, listName)).join('');
		return items === '' ? `<${name}/>` : `<${name}>${items}</${name}>`;
	}
	if (value instanceof Date) return `<${name}>${value.toISOString()}</${name}>`;
	if (typeof value === 'object') return `<${name}>${toXml(value as XmlRecord, listName)}</${name}>`;
	return `<${name}>${escapeXml(String(value))}</${name}>`;
};

/** Control characters other than tab and line ends cannot be written in XML 1.0. */
export const escapeXml = (text: string): string =>
	text
		.replace(/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, '\ufffd')
		.replaceAll('&', '&amp;')
		.replaceAll('<', '&lt;')
		.replaceAll('>', '&gt;')
		.replaceAll('"', '&quot;')
		.replaceAll('\r', '&#13;');
