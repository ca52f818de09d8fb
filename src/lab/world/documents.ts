/** Documents of Systems Manager: names, versions, the default version, owners. Nobody writes to one that exists by name alone. */
import {createHash} from 'node:crypto';
import {type LabClock, type LabMs, LabRefusal} from '../types.ts';
import {parseRunbook, type Runbook} from './runbook.ts';

export type DocumentVersion = {
	readonly version: string;
	readonly content: string;
	/** SHA-256 of the content, in hex. */
	readonly hash: string;
	readonly createdAt: LabMs;
	/** null where the document is of another type than Automation. */
	readonly runbook: Runbook | null;
};

export type LabDocument = {
	readonly name: string;
	/** An account id. */
	readonly owner: string;
	readonly type: string;
	readonly versions: DocumentVersion[];
	defaultVersion: string;
};

export type NewDocument = {
	readonly name: string;
	readonly content: string;
	readonly owner: string;
	readonly type: string;
};

export type Documents = {
	readonly all: () => readonly LabDocument[];
	readonly find: (name: string) => LabDocument | undefined;
	readonly create: (made: NewDocument) => LabDocument;
	/** A new version; the default stays. */
	readonly update: (document: LabDocument, content: string) => DocumentVersion;
	readonly setDefault: (document: LabDocument, version: string) => void;
	readonly remove: (name: string) => void;
};

const mostContentBytes = 64 * 1024;
const reservedName = /^(?:aws|amazon|amzn|AWSEC2|AWSConfigRemediation|AWSSupport)/i;

export const createDocuments = (clock: LabClock): Documents => {
	const documents = new Map<string, LabDocument>();
	const versionOf = (content: string, type: string, version: number): DocumentVersion => {
		if (Buffer.byteLength(content) > mostContentBytes)
			throw new LabRefusal('MaxDocumentSizeExceeded', 'The size limit of a document is 64 KB.');
		return {
			version: String(version),
			content,
			hash: createHash('sha256').update(content).digest('hex'),
			createdAt: clock.now(),
			runbook: type === 'Automation' ? parseRunbook(content) : null,
		};
	};
	return {
		all: () => [...documents.values()],
		find: name => documents.get(name),
		create({name, content, owner, type}) {
			checkName(name);
			if (documents.has(name))
				throw new LabRefusal('DocumentAlreadyExists', `Document with same name ${name} already exists`);
			const document = {name, owner, type, versions: [versionOf(content, type, 1)], defaultVersion: '1'};
			documents.set(name, document);
			return document;
		},
		update({versions, type}, content) {
			const made = versionOf(content, type, versions.length + 1);
			if (versions.some(({hash}) => hash === made.hash))
				throw new LabRefusal(
					'DuplicateDocumentContent',
					'The content of the association document matches another document.',
				);
			versions.push(made);
			return made;
		},
		setDefault(document, version) {
			versionNamed(document, version);
			document.defaultVersion = version;
		},
		remove: name => void documents.delete(name),
	};
};

const checkName = (name: string): void => {
	if (!/^[\w.-]{3,128}$/.test(name) || reservedName.test(name))
		throw new LabRefusal(
			'ValidationException',
			`1 validation error detected: Value '${name}' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[a-zA-Z0-9_\\-.]{3,128}$`,
		);
};

/** `$DEFAULT` (also when absent), `$LATEST` or a number; undefined where there is no such version. */
export const findVersion = (document: LabDocument, wanted?: string): DocumentVersion | undefined => {
	if (wanted === '$LATEST') return document.versions.at(-1);
	const version = wanted === undefined || wanted === '$DEFAULT' ? document.defaultVersion : wanted;
	return document.versions.find(known => known.version === version);
};

export const versionNamed = (document: LabDocument, wanted?: string): DocumentVersion => {
	const version = findVersion(document, wanted);
	if (version === undefined)
		throw new LabRefusal('InvalidDocumentVersion', 'The document version is not valid or does not exist.');
	return version;
};
