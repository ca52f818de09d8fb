// npm test: build, types, lint with import directions, then all tests that need npm alone.
import {join} from 'node:path';
import {root, step, tools} from './run.js';

const only = process.argv.slice(2);
step('build', join(root, 'scripts/build.js'), []);
step('types', tools.tsc, ['-p', 'tsconfig.json']);
step('lint', tools.biome, ['check', '--error-on-warnings', '.']);
step('tests', tools.vitest, ['run', ...only]);
