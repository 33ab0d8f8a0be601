/** The document of `GET /openapi.json`, as far as tests look into it. */
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';

export interface Operation {
  readonly summary?: string;
  readonly security?: unknown[];
  readonly parameters?: { name: string; in: string }[];
  readonly requestBody?: { content: Record<string, { schema: TSchema }> };
  readonly responses: Record<string, { content?: Record<string, { schema: TSchema }> }>;
}

export interface OpenApiDocument {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, Operation>>;
}

/** Holds answers to what the document says of them. */
export class DocumentedAnswers {
  readonly #document: OpenApiDocument;
  readonly #checks = new Map<string, ReturnType<typeof Compile>>();

  constructor(document: OpenApiDocument) {
    this.#document = document;
  }

  /**
   * What is wrong with an answer; undefined when it is as documented.
   *
   * @param path as the document has it, such as `/api/training/predictions/{jobId}`
   * @param contentType without parameters
   * @param body parsed where it is JSON
   */
  problem(method: string, path: string, status: number, contentType: string, body: unknown): string | undefined {
    const response = this.#document.paths[path]?.[method.toLowerCase()]?.responses[`${status}`];
    if (response === undefined) return `${method} ${path} does not say that it answers ${status}`;
    const content = response.content?.[contentType];
    if (content === undefined) return `${method} ${path} does not say that ${status} is ${contentType}`;
    const check = this.#check(`${method} ${path} ${status}`, content.schema);
    if (check.Check(body)) return undefined;
    return `${method} ${path} ${status}: ${JSON.stringify([...check.Errors(body)].slice(0, 3))}`;
  }

  #check(name: string, schema: TSchema): ReturnType<typeof Compile> {
    let check = this.#checks.get(name);
    if (check === undefined) {
      check = Compile(schema);
      this.#checks.set(name, check);
    }
    return check;
  }
}
