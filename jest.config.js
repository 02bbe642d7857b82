/** @type {import("jest").Config} */
export default {
  testMatch: ["<rootDir>/tests/**/*.test.ts"],
  extensionsToTreatAsEsm: [".ts"],
  setupFiles: ["reflect-metadata", "<rootDir>/tests/support/choose-postgres.js"],
  globalSetup: "<rootDir>/tests/support/global-setup.js",
  globalTeardown: "<rootDir>/tests/support/global-teardown.js",
  moduleNameMapper: {
    "^#(src|resolvers|workers|migrations|schema)/(.*)\\.js$": "<rootDir>/$1/$2",
    "^(\\.{1,2}/.*)\\.js$": "$1",
  },
  transform: {
    "^.+\\.ts$": [
      "@swc/jest",
      {
        jsc: {
          target: "es2024",
          parser: { syntax: "typescript", decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: false, useDefineForClassFields: true },
          keepClassNames: true,
        },
        module: { type: "es6" },
      },
    ],
  },
  testTimeout: 30_000,
  // A file keeps one core busy and the database hardly any; more than two at once would wait for each other.
  maxWorkers: 2,
  // One process for all files grows until its pauses spoil what the tests measure: a new one is begun beyond this.
  workerIdleMemoryLimit: "800MB",
};
