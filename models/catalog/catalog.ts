import { bisenet } from './bisenet.ts';
import { blazeface } from './blazeface.ts';
import type { CatalogModel } from './catalog-model.ts';
import { faceapi68 } from './faceapi68.ts';
import { fast68 } from './fast68.ts';
import { mediapipe478 } from './mediapipe478.ts';
import { multiclass } from './multiclass.ts';
import { ultraface } from './ultraface.ts';
import { yunet } from './yunet.ts';

/** Every model by name. */
export const MODELS: ReadonlyMap<string, CatalogModel> = new Map(
  [ultraface, blazeface, yunet, mediapipe478, fast68, faceapi68, multiclass, bisenet].map((model) => [
    model.name,
    model,
  ]),
);
