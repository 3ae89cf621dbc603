export { openServer } from './open-server.ts';
export type { AtelierServer, ServerOptions } from './open-server.ts';
export { Config, ProjectConfig } from './config/config-schema.ts';
export { configKeys, openConfigEditor } from './config/edit-config.ts';
export type { ConfigEditor } from './config/edit-config.ts';
export { listConfigSources } from './config/list-config-sources.ts';
export { ConfigError, configPath, readConfig, readProjectConfig } from './config/read-config.ts';
export { readModels, readSettings } from './config/settings.ts';
export type { Settings } from './config/settings.ts';
