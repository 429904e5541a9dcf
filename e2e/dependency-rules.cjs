/**
 * Who may import whom (docs/decisions/import-rules.md). Paths are relative to the repository. Type-only imports count as well: a
 * feature that knows an adapter's types depends on that adapter.
 */
const tests = ["\\.test\\.tsx?$", "/testing/"];
const layersAbove = {
  kernel: "app|gateway|relay|features|demo|adapters",
  features: "app|gateway|relay|demo|adapters",
  gateway: "app|relay|demo|adapters",
  relay: "app|gateway|demo|adapters",
};

/** A forbidden import outside tests. */
const forbid = (name, comment, from, to) => ({
  name,
  severity: "error",
  comment,
  from: { ...from, pathNot: [...tests, ...(from.pathNot ?? [])] },
  to,
});

/** A library that only some places may import; `npm`: patterns of their folders in node_modules. */
const onlyIn = (name, npm, places, comment) =>
  forbid(
    name,
    comment,
    { path: "^(shared|server|client)/", pathNot: places },
    { path: npm.map((library) => `node_modules/${library}/`) },
  );

module.exports = {
  forbidden: [
    ...Object.entries(layersAbove).map(([layer, above]) =>
      forbid(
        `server-${layer}-upwards`,
        "app → gateway, relay → features → kernel → shared, never upwards; only app imports adapters",
        { path: `^server/${layer}/` },
        { path: `^server/(${above})/` },
      ),
    ),
    forbid(
      "adapter-beyond-ports",
      "an adapter implements what features declare in ports.ts, and knows nothing else of them",
      { path: "^server/adapters/" },
      {
        path: "^server/(app|gateway|relay|demo|features)/",
        pathNot: "^server/(features/[^/]+|gateway/rooms)/ports\\.ts$",
      },
    ),
    forbid(
      "adapter-to-adapter",
      "adapters are joined in app, not to each other",
      { path: "^server/adapters/([^/]+)/" },
      { path: "^server/adapters/", pathNot: "^server/adapters/$1/" },
    ),
    forbid(
      "server-feature-door",
      "a feature is entered by its public.ts only",
      { path: "^server/features/([^/]+)/" },
      { path: "^server/features/", pathNot: ["^server/features/$1/", "/public\\.ts$"] },
    ),
    forbid(
      "client-feature-door",
      "a feature is entered by its public.ts only",
      { path: "^client/features/([^/]+)/" },
      { path: "^client/features/", pathNot: ["^client/features/$1/", "/public\\.tsx?$"] },
    ),
    forbid(
      "client-feature-upwards",
      "app composes features, not the other way round",
      { path: "^client/features/" },
      { path: "^client/app/" },
    ),
    forbid(
      "client-base-upwards",
      "ui, kernel, viewport and media serve the features and know none",
      { path: "^client/(ui|kernel|viewport|media)/" },
      { path: "^client/(app|features)/" },
    ),
    forbid(
      "design-system-alone",
      "the design system holds no clinical words: nothing of the product but itself",
      { path: "^client/ui/" },
      { path: "^client/(kernel|viewport|media)/" },
    ),
    forbid("client-to-server", "they meet in shared/contract", { path: "^client/" }, { path: "^server/" }),
    forbid("server-to-client", "they meet in shared/contract", { path: "^server/" }, { path: "^client/" }),
    forbid(
      "product-to-tests",
      "tests know the product, not the other way round",
      { path: "^(shared|server|client)/" },
      { path: "^e2e/" },
    ),
    forbid(
      "shared-outwards",
      "shared runs everywhere: nothing of the packages above it",
      { path: "^shared/" },
      { path: "^(server|client)/" },
    ),
    forbid("shared-no-node", "shared runs in the browser too", { path: "^shared/" }, { dependencyTypes: ["core"] }),
    forbid(
      "shared-libraries",
      "shared is pure: schemas, calendars, shared documents and the socket's framing are all that it brings along",
      { path: "^shared/" },
      {
        path: "node_modules/",
        pathNot: "node_modules/(zod|yjs|lib0|socket\\.io-parser|temporal-(polyfill|spec|utils)|@readroom)/",
      },
    ),
    onlyIn(
      "database-in-stores",
      ["pg", "@types/pg", "@prisma/[^/]+"],
      [
        "^server/(kernel|prisma|adapters/postgres)/",
        "^server/prisma\\.config\\.ts$",
        "/store\\.ts$",
        "/store-[a-z-]+\\.ts$",
        "-store\\.ts$",
      ],
      "SQL stands in the kernel and in store.ts files",
    ),
    forbid(
      "models-in-stores",
      "Prisma's models are used in the kernel and in store.ts files",
      {
        path: "^server/",
        pathNot: ["^server/(kernel|prisma)/", "/store\\.ts$", "/store-[a-z-]+\\.ts$", "-store\\.ts$"],
      },
      { path: "^server/prisma/generated/" },
    ),
    onlyIn(
      "cornerstone-in-viewport",
      // Its codecs are libraries of their own: the archive decodes thumbnails with them.
      ["@cornerstonejs/(?!codec-)[^/]+"],
      ["^client/viewport/"],
      "the viewer can be replaced in one place",
    ),
    onlyIn(
      "mediasoup-in-its-adapter",
      ["mediasoup"],
      ["^server/adapters/media/"],
      "the media engine can be replaced in one place",
    ),
    onlyIn(
      "mediasoup-client-in-media",
      ["mediasoup-client"],
      ["^client/media/"],
      "the media engine can be replaced in one place",
    ),
    {
      name: "no-cycles",
      severity: "error",
      comment: "modules that need each other are one module, or lack a third",
      from: { path: "^(shared|server|client)/" },
      to: { circular: true },
    },
  ],
  options: {
    doNotFollow: { path: "(^|/)node_modules/|(^|/)dist/" },
    exclude: { path: "^server/prisma/generated/internal/|(^|/)dist/.*\\.map$" },
    tsPreCompilationDeps: true,
    combinedDependencies: true,
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["types", "import", "default"] },
  },
};
