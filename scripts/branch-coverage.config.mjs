import base from '../vitest.config.ts';

/** The tests' own configuration with the counter in front of each project's set-up. */
const counter = 'scripts/branch-coverage-setup.mjs';
/** @type {readonly { readonly test: { readonly setupFiles: readonly string[] } }[]} */
const projects = base.test.projects;

// oxlint-disable-next-line import/no-default-export -- Vitest asks for one.
export default {
  ...base,
  test: {
    ...base.test,
    projects: projects.map((project) => ({
      ...project,
      test: { ...project.test, setupFiles: [counter, ...project.test.setupFiles] },
    })),
  },
};
