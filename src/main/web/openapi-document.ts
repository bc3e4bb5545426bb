import { OpenAPIGenerator, type JSONSchema } from '@orpc/openapi';
import { ZodToJsonSchemaConverter } from '@orpc/zod/zod4';
import { contract } from '../../shared/api/contract';

/** Describes the HTTP interface from the contract that also serves it. `url` is where `/devices` and its like begin. */
export async function describeApi(version: string, url: string): Promise<object> {
  const generator = new OpenAPIGenerator({ schemaConverters: [new ZodToJsonSchemaConverter()] });
  return generator.generate(contract, {
    info: { title: 'Leitstand', version, description: 'The console’s API. Times are UTC as ISO 8601.' },
    servers: [{ url }],
    security: [{ token: [] }],
    components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    customErrorResponseBodySchema: (definitions) => errorSchema(definitions.map(([code]) => code)),
  });
}

function errorSchema(codes: readonly string[]): JSONSchema {
  return {
    type: 'object',
    required: ['error'],
    properties: {
      error: {
        type: 'object',
        required: ['code', 'message', 'retryable'],
        properties: {
          code: { enum: [...codes] },
          message: { type: 'string' },
          retryable: { type: 'boolean' },
          details: { type: 'object' },
        },
      },
    },
  };
}
