import type { TfliteConversion } from './convert-tflite.ts';
import type { TfliteOperator } from './read-tflite.ts';

/** Turns one operator into nodes; gives the name of its output, or null when it needs no node. */
export type Rule = (operator: TfliteOperator, conversion: TfliteConversion) => string | null;
