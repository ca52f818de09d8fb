/** A private CA and a certificate of it for 127.0.0.1 and a few names, made anew in a folder of the test. */
import {execFileSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

export type Certificates = {
	/** Path of the CA's certificate, as AWS_CA_BUNDLE names it. */
	readonly caFile: string;
	readonly ca: string;
	readonly key: string;
	readonly cert: string;
	readonly forget: () => void;
};

export const makeCertificates = (names: readonly string[]): Certificates => {
	const folder = mkdtempSync(join(tmpdir(), 'unflap-ca-'));
	const openssl = (...args: readonly string[]) =>
		execFileSync('openssl', args, {cwd: folder, stdio: 'ignore'});
	const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
	openssl(
		'req',
		'-x509',
		...ec,
		'-keyout',
		'ca.key',
		'-out',
		'ca.pem',
		'-subj',
		'/CN=unflap test CA',
		'-days',
		'2',
	);
	openssl('req', ...ec, '-keyout', 'server.key', '-out', 'server.csr', '-subj', '/CN=unflap test');
	const subjects = ['IP:127.0.0.1', ...names.map(name => `DNS:${name}`)].join(',');
	writeFileSync(join(folder, 'san.cnf'), `subjectAltName=${subjects}\n`);
	openssl(
		...['x509', '-req', '-in', 'server.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial'],
		...['-out', 'server.pem', '-days', '2', '-extfile', 'san.cnf'],
	);
	const read = (name: string) => readFileSync(join(folder, name), 'utf8');
	return {
		caFile: join(folder, 'ca.pem'),
		ca: read('ca.pem'),
		key: read('server.key'),
		cert: read('server.pem'),
		forget: () => rmSync(folder, {recursive: true, force: true, maxRetries: 5, retryDelay: 200}),
	};
};
