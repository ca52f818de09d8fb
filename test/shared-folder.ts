/** Where the recordings and golden vectors lie: beside the repository, or where UNFLAP_SHARED says. */
import {join} from 'node:path';

export const sharedFolder = process.env['UNFLAP_SHARED'] ?? join(import.meta.dirname, '..', '..', 'shared');
