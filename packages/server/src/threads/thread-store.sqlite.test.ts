import { join } from 'node:path';
import { describeThreadStore } from './thread-store-contract.ts';

describeThreadStore('SQLite', { newPlace: (folder) => Promise.resolve(join(folder, 'atelier.db')), close: () => Promise.resolve() });
