import swagger from '@fastify/swagger';
import type { FastifyInstance, FastifySchema } from 'fastify';
import * as Type from 'typebox';
import type { Schema } from '../../wire/schema.ts';

/** What a request proves its right with. */
type Credential = 'key' | 'job token' | 'none';

export interface RouteDescription {
  readonly summary: string;
  readonly credential: Credential;
  /** True when the address holds a job's id. */
  readonly jobInPath?: boolean;
  readonly query?: Schema<unknown>;
  readonly headers?: Type.TSchema;
  readonly body?: Schema<unknown>;
  /** Of the body; JSON by default. */
  readonly bodyType?: string;
  /** What 200 tells. */
  readonly answer: Type.TSchema;
  /** Of the answer; JSON by default. */
  readonly answerType?: string;
  /** Of errors; JSON by default. */
  readonly errorType?: string;
  /** Errors beside those that any route may answer. */
  readonly errors?: readonly (keyof typeof errorTexts)[];
}

const errorTexts = {
  400: 'Malformed; the error names the field',
  401: 'No key or token, or a wrong one',
  403: 'Not under this host name, or a key without the scope',
  404: 'Not found, or not yours',
  408: 'The request took too long to arrive',
  409: 'At odds with what is stored',
  413: 'The body is too large: send fewer at once',
  429: 'Too many; come again after Retry-After seconds',
  431: 'The address and headers are too long',
  500: 'A failure of the server; nothing was stored',
  503: 'Shutting down, or unable to store for now; come again after Retry-After seconds',
  507: 'The disk is full; nothing was stored',
};

const credentials: Record<Credential, Record<string, string[]>[]> = {
  key: [{ apiKey: [] }, { workspaceApiKey: [] }, { bearer: [] }],
  'job token': [{ jobToken: [] }],
  none: [],
};

const jobIdPath = Type.Object({ jobId: Type.String({ description: 'The job’s id, URL-encoded' }) });
const jsonError = Type.Object({ error: Type.String() });
const json = 'application/json';

/** A route's schema, for the document: the handler itself parses what comes with the very same schemas. */
export function described(route: RouteDescription): FastifySchema {
  const always = [400, 403, 408, 429, 431, 500, 503] as const;
  const unauthorized = route.credential === 'none' ? [] : ([401] as const);
  const statuses = [...new Set([...always, ...unauthorized, ...(route.errors ?? [])])];
  const errors = statuses.map((status) => {
    // What never became a request is answered before it is known for which route it was.
    const errorType = status === 408 || status === 431 ? json : (route.errorType ?? json);
    const errorSchema = errorType === json ? jsonError : Type.String();
    const retry = status === 429 || status === 503 ? { headers: { 'Retry-After': Type.Integer({ minimum: 0 }) } } : {};
    return [status, { description: errorTexts[status], content: { [errorType]: { schema: errorSchema } }, ...retry }];
  });
  const answer = { description: 'Done', content: { [route.answerType ?? json]: { schema: route.answer } } };
  return {
    summary: route.summary,
    security: credentials[route.credential],
    ...(route.jobInPath === true && { params: jobIdPath }),
    ...(route.query !== undefined && { querystring: route.query.type }),
    ...(route.headers !== undefined && { headers: route.headers }),
    ...(route.body !== undefined && { body: { content: { [route.bodyType ?? json]: { schema: route.body.type } } } }),
    response: { 200: answer, ...Object.fromEntries(errors) },
  };
}

/** Describes all routes that are added from now on, and leaves what they send and are sent alone. */
export async function describeRoutes(app: FastifyInstance, version: string): Promise<void> {
  // Handlers parse by themselves, so that errors name fields in the contract's form and texts are kept as they came.
  app.setValidatorCompiler(() => () => true);
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Training predictions',
        version,
        description: 'Keeps what a model answers while it is trained, and streams it to whoever watches.',
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: '/' }],
      components: {
        securitySchemes: {
          apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
          workspaceApiKey: { type: 'apiKey', in: 'header', name: 'X-Workspace-API-Key' },
          bearer: { type: 'http', scheme: 'bearer', description: 'The API key as a bearer token' },
          jobToken: { type: 'http', scheme: 'bearer', description: 'The token that creating the job returned' },
        },
      },
    },
  });
}
