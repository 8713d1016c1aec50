import { stringify } from 'yaml';
import { z } from 'zod';
import { extractionResource } from '../controller/api/extraction-resource.ts';
import { type StructuralSchema, structuralSchema } from './structural-schema.ts';

const INTRODUCTION = `# Generated from controller/api/extraction/; \`npm run crd\` writes it anew.
`;

interface Column {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'date' | 'boolean';
  readonly jsonPath: string;
  readonly description?: string;
  /** 1: only with \`-o wide\`. */
  readonly priority?: 1;
}

/** What `kubectl get extractions` shows. */
export const COLUMNS: readonly Column[] = [
  { name: 'Phase', type: 'string', jsonPath: '.status.phase' },
  { name: 'Pass', type: 'string', jsonPath: '.status.progress.shown.pass' },
  { name: 'Frames', type: 'string', jsonPath: '.status.progress.shown.frames' },
  { name: 'Faces', type: 'integer', jsonPath: '.status.progress.faces' },
  { name: 'Failed', type: 'integer', jsonPath: '.status.progress.failed' },
  { name: 'Rate', type: 'string', jsonPath: '.status.progress.shown.rate' },
  { name: 'ETA', type: 'string', jsonPath: '.status.progress.shown.eta' },
  { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  { name: 'Priority', type: 'integer', jsonPath: '.spec.priority', priority: 1 },
  { name: 'Crashes', type: 'integer', jsonPath: '.status.attempts.failures', priority: 1 },
  { name: 'Replaced', type: 'integer', jsonPath: '.status.attempts.replacements', priority: 1 },
  { name: 'Source', type: 'string', jsonPath: '.spec.source.address', priority: 1 },
  { name: 'Output', type: 'string', jsonPath: '.spec.output.address', priority: 1 },
  { name: 'Plan', type: 'string', jsonPath: '.status.plan.summary', priority: 1 },
  { name: 'Failure', type: 'string', jsonPath: '.status.failure.message', priority: 1 },
];

/** The OpenAPI schema of a whole Extraction. */
export function extractionSchema(): StructuralSchema {
  const whole = z.toJSONSchema(extractionResource, {
    io: 'input',
    target: 'openapi-3.0',
    unrepresentable: 'any',
    reused: 'inline',
  }) as StructuralSchema;
  const { spec, status } = structuralSchema(whole).properties!;
  return {
    type: 'object',
    description: 'Extracts faces, landmarks and masks from the frames of a folder, a bucket or a video.',
    required: ['spec'],
    properties: {
      apiVersion: { type: 'string', description: 'Always `facefleet.dev/v1alpha1`.' },
      kind: { type: 'string', description: 'Always `Extraction`.' },
      metadata: { type: 'object' },
      spec: spec!,
      status: status!,
    },
  };
}

/** The CustomResourceDefinition. */
export function crd(): object {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'extractions.facefleet.dev' },
    spec: {
      group: 'facefleet.dev',
      scope: 'Namespaced',
      names: {
        kind: 'Extraction',
        listKind: 'ExtractionList',
        plural: 'extractions',
        singular: 'extraction',
        shortNames: ['fx'],
        categories: ['all', 'facefleet'],
      },
      versions: [
        {
          name: 'v1alpha1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: extractionSchema() },
          subresources: { status: {} },
          additionalPrinterColumns: COLUMNS,
        },
      ],
    },
  };
}

/** The text of the file in the chart. */
export function crdFile(): string {
  return INTRODUCTION + stringify(crd(), { lineWidth: 120, aliasDuplicateObjects: false });
}
