import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import mantinePreset from "postcss-preset-mantine";
import simpleVars from "postcss-simple-vars";
import { defineConfig } from "vite";

const shared = fileURLToPath(new URL("../shared/", import.meta.url));
const hub = `http://127.0.0.1:${process.env.READROOM_HTTP_PORT ?? 8080}`;

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  plugins: [react()],
  resolve: {
    alias: [
      { find: /^@readroom\/shared\/(.*)\.js$/, replacement: `${shared}$1.ts` },
      { find: /^xmlbuilder2$/, replacement: fileURLToPath(new URL("viewport/noXml.ts", import.meta.url)) },
    ],
  },
  css: {
    postcss: {
      plugins: [
        mantinePreset(),
        simpleVars({
          variables: {
            "mantine-breakpoint-xs": "36em",
            "mantine-breakpoint-sm": "48em",
            "mantine-breakpoint-md": "62em",
            "mantine-breakpoint-lg": "75em",
            "mantine-breakpoint-xl": "88em",
          },
        }),
      ],
    },
  },
  worker: { format: "es" },
  optimizeDeps: {
    // its decoders' workers are found by their own URL: bundled in advance the first image would never load
    exclude: ["@cornerstonejs/dicom-image-loader"],
    include: [
      "dicom-parser",
      "pako",
      "@cornerstonejs/core",
      "@cornerstonejs/tools",
      "@cornerstonejs/metadata",
      "@cornerstonejs/codec-charls/decodewasmjs",
      "@cornerstonejs/codec-openjpeg/decodewasmjs",
      "@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs",
      "@cornerstonejs/codec-openjph/wasmjs",
      "@cornerstonejs/codec-libjxl/decodewasmjs",
    ],
  },
  build: {
    target: "es2022",
    outDir: "dist",
    emptyOutDir: true,
    sourcemap: false,
    // data: URLs in scripts and workers are not allowed by the content security policy
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 6000,
  },
  server: {
    port: 5173,
    strictPort: true,
    proxy: {
      "/api": hub,
      "/dicomweb": hub,
      "/socket.io": { target: hub, ws: true },
    },
  },
});
