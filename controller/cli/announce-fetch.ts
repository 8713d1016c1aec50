import type { CatalogModel } from '../../models/catalog/catalog-model.ts';

/** One line on stderr before a model is fetched. @param from its package, URL or store */
export function announceFetch({ name, licence }: CatalogModel, from: string): void {
  const warning = licence.researchOnly ? `  (weights: ${licence.weights})` : '';
  process.stderr.write(`fetching model ${name} from ${from}${warning}\n`);
}

/** One line on stderr before the sample photos are fetched. */
export function announceSamples(): void {
  process.stderr.write('fetching six sample photos from @vladmandic/face-api@1.7.15 (MIT)\n');
}
