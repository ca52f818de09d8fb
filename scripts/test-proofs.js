// npm run test:proofs: kill matrix, soak, faults and loss on real processes, a part of each. CI runs it after npm test.
import {join} from 'node:path';
import {root, step, tools} from './run.js';

step('build', join(root, 'scripts/build.js'), []);
step('proofs', tools.vitest, ['run', '--config', 'vitest.proofs.config.ts']);
