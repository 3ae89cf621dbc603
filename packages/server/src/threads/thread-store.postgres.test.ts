import { startPostgres } from '../testing.ts';
import { describeThreadStore } from './thread-store-contract.ts';

const postgres = await startPostgres();
describeThreadStore('PostgreSQL', 'missing' in postgres ? postgres : { newPlace: () => postgres.freshUrl(), close: () => postgres.close() });
