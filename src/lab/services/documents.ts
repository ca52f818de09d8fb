/** ssm: documents. The lab plays those of type Automation. */
import {LabRefusal} from '../types.ts';
import {type Params, text} from '../wire/query-params.ts';
import {type DocumentVersion, type LabDocument, versionNamed} from '../world/documents.ts';
import {type Call, type Operation, page} from './service.ts';

const createDocument: Operation = ({params, region}) => {
	const type = text(params, 'DocumentType') ?? 'Command';
	if (type !== 'Automation')
		throw new LabRefusal('InvalidDocumentContent', 'The lab has documents of type Automation alone.');
	const document = region.documents.create({
		name: required(params, 'Name'),
		content: required(params, 'Content'),
		owner: region.accountId,
		type,
	});
	return {DocumentDescription: {...description(document, versionNamed(document)), Status: 'Creating'}};
};

const updateDocument: Operation = call => {
	const document = documentOf(call);
	versionNamed(document, text(call.params, 'DocumentVersion') ?? '$LATEST');
	const made = call.region.documents.update(document, required(call.params, 'Content'));
	return {DocumentDescription: {...description(document, made), Status: 'Updating'}};
};

const updateDefaultVersion: Operation = call => {
	const document = documentOf(call);
	call.region.documents.setDefault(document, required(call.params, 'DocumentVersion'));
	return {Description: {Name: document.name, DefaultVersion: document.defaultVersion}};
};

const deleteDocument: Operation = call => {
	call.region.documents.remove(documentOf(call).name);
	return {};
};

const getDocument: Operation = call => {
	const document = documentOf(call);
	const {version, content, createdAt} = versionNamed(document, text(call.params, 'DocumentVersion'));
	return {
		Name: document.name,
		CreatedDate: createdAt / 1000,
		DocumentVersion: version,
		Status: 'Active',
		Content: content,
		DocumentType: document.type,
		DocumentFormat: 'JSON',
	};
};

const describeDocument: Operation = call => {
	const document = documentOf(call);
	return {Document: description(document, versionNamed(document, text(call.params, 'DocumentVersion')))};
};

const listDocuments: Operation = ({params, region}) => {
	const {items, nextToken} = page(region.documents.all(), params, {
		name: 'MaxResults',
		fallback: 10,
		most: 50,
	});
	return {
		DocumentIdentifiers: items.map(document => ({
			Name: document.name,
			Owner: document.owner,
			DocumentType: document.type,
			DocumentVersion: document.defaultVersion,
			DocumentFormat: 'JSON',
		})),
		...(nextToken === undefined ? {} : {NextToken: nextToken}),
	};
};

const required = (params: Params, name: string): string => {
	const value = text(params, name);
	if (value !== undefined && value !== '') return value;
	throw new LabRefusal(
		'ValidationException',
		`1 validation error detected: Value null at '${name.charAt(0).toLowerCase()}${name.slice(1)}' failed to satisfy constraint: Member must not be null`,
	);
};

const documentOf = ({params, region}: Call): LabDocument => {
	const name = required(params, 'Name');
	const document = region.documents.find(name);
	if (document === undefined)
		throw new LabRefusal('InvalidDocument', `Document with name ${name} does not exist.`);
	return document;
};

const description = (document: LabDocument, version: DocumentVersion) => ({
	Name: document.name,
	Owner: document.owner,
	Hash: version.hash,
	HashType: 'Sha256',
	CreatedDate: version.createdAt / 1000,
	Status: 'Active',
	DocumentVersion: version.version,
	Parameters: [...(version.runbook?.parameters ?? [])].map(([name, rule]) => ({
		Name: name,
		Type: rule.type,
		...(rule.default === undefined ? {} : {DefaultValue: String(rule.default)}),
	})),
	PlatformTypes: ['Windows', 'Linux', 'MacOS'],
	DocumentType: document.type,
	SchemaVersion: '0.3',
	LatestVersion: String(document.versions.length),
	DefaultVersion: document.defaultVersion,
	DocumentFormat: 'JSON',
});

export const documentReads: Readonly<Record<string, Operation>> = {
	GetDocument: getDocument,
	DescribeDocument: describeDocument,
	ListDocuments: listDocuments,
};

export const documentChanges: Readonly<Record<string, Operation>> = {
	CreateDocument: createDocument,
	UpdateDocument: updateDocument,
	UpdateDocumentDefaultVersion: updateDefaultVersion,
	DeleteDocument: deleteDocument,
};
