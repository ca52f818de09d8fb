// Packs the recordings that the package carries into src/lab/boots.pack. Needs the recordings' folder:
// node scripts/pack-boots.js ../shared/fixtures/boots
import {writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {packagedRecordings} from '../src/lab/box/load-boots.ts';
import {pack} from '../src/lab/box/pack.ts';
import {readLife} from '../src/lab/box/read-recording.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = process.argv[2] ?? join(root, '..', 'shared', 'fixtures', 'boots');
const lives = [];
for (const name of packagedRecordings) lives.push(await readLife(join(folder, name)));
const bytes = pack(lives);
if (bytes.length > 400_000) throw new Error(`${bytes.length} bytes: the package may carry 400,000`);
await writeFile(join(root, 'src/lab/boots.pack'), bytes);
console.log(`${lives.length} recordings, ${bytes.length} bytes`);
