import { z } from 'zod';

// Must run before any schema is made: compiled schemas need `eval`, which the content security policy forbids and reports.
z.config({ jitless: true });
