import type { FastifyInstance } from 'fastify';
import * as Type from 'typebox';
import { described } from '../requests/described.ts';

/** `GET /openapi.json`: all routes, for people and for what makes clients of them. Needs no key. */
export function openapiRoute(app: FastifyInstance): void {
  const schema = described({ summary: 'This document', credential: 'none', answer: Type.Unknown() });
  app.get('/openapi.json', { schema }, async () => app.swagger());
}
