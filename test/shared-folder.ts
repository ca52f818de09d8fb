/** Where the recordings and golden vectors lie: beside the repository, or where UNFLAP_SHARED says. */
import {dirname, join} from 'node:path';

export const repositoryRoot = dirname(import.meta.dirname);

export const sharedFolder = process.env['UNFLAP_SHARED'] ?? join(repositoryRoot, '..', 'shared');
