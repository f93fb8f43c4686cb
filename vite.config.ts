import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { VitePWA } from 'vite-plugin-pwa'
import { protocolVersion } from './schema/messages/runtime/protocol.ts'
import { chatNames } from './schema/messages/sync.ts'
import { className } from './scripts/class-names.ts'
import { inlineScript } from './scripts/inline-script.ts'
import { nameBuild } from './scripts/name-build.ts'
import { precompress } from './scripts/precompress.ts'
import { preloadApp } from './scripts/preload-app.ts'
import { startHostEarly } from './scripts/start-host-early.ts'
import { staticWelcome } from './scripts/static-welcome.ts'

const syncServer = process.env['SYNC_SERVER'] ?? 'http://127.0.0.1:5174'

export default defineConfig({
  server: {
    host: '127.0.0.1',
    port: Number(process.env['PORT'] ?? 5173),
    strictPort: true,
    proxy: { '/api': syncServer },
  },
  optimizeDeps: {
    // All that pages and workers import is found before the first request: a dependency that is discovered later makes
    // Vite bundle anew, and a SharedWorker that is being loaded then hangs.
    entries: ['index.html', 'app/**/*.tsx', 'workers/**/*.worker.ts', 'workers/service/service-worker.ts'],
    exclude: ['@sqlite.org/sqlite-wasm'], // it finds its WASM beside itself
  },
  // the editor of pages is one part, loaded when a page is opened
  build: { chunkSizeWarningLimit: 600 },
  css: { modules: { generateScopedName: className } },
  worker: {
    format: 'es', // the default IIFE rejects top-level await
    rollupOptions: {
      output: {
        // A hashed SharedWorker URL would make two coordinators after a rebuild: its name is that of the protocol.
        entryFileNames: (chunk) =>
          chunk.name.startsWith('coordinator') ? `coordinator-v${protocolVersion}.js` : 'assets/[name]-[hash].js',
      },
    },
  },
  plugins: [
    react(),
    preloadApp('app/start.ts'),
    startHostEarly('host.worker', chatNames.worker),
    VitePWA({
      strategies: 'injectManifest',
      srcDir: 'workers/service',
      filename: 'service-worker.ts',
      registerType: 'prompt',
      injectRegister: false,
      manifest: {
        name: 'Reactive SQLite',
        short_name: 'Rooms',
        description: 'Local-first rooms on live SQL',
        theme_color: '#2a5cc0',
        background_color: '#fbfaf8',
        display: 'standalone',
        start_url: '/',
        icons: [{ src: '/icon.svg', sizes: 'any', type: 'image/svg+xml', purpose: 'any' }],
      },
      injectManifest: {
        rollupFormat: 'iife',
        globPatterns: ['**/*.{js,css,html,svg,wasm}'],
        globIgnores: ['**/sqlite3-worker1*', '**/sqlite3-opfs-async-proxy*'],
        maximumFileSizeToCacheInBytes: 4 * 1024 * 1024,
      },
      devOptions: { enabled: true, type: 'module' },
    }),
    staticWelcome('app/static-welcome.tsx'),
    inlineScript('app/kept-screen/draw-kept-screen.ts', /<!-- kept-screen.*?-->/),
    nameBuild(),
    precompress(),
  ],
})
