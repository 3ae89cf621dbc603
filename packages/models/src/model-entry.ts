import type { ModelFacts } from './model-facts.ts';

/** A model in the list of those that can be called. */
export interface ModelEntry {
  /** `provider/model`. */
  id: string;
  provider: string;
  model: string;
  facts: ModelFacts;
  source: 'environment' | 'configuration' | 'catalog' | 'found' | 'script';
}
