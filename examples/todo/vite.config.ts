import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** `npx vite examples/todo` */
export default defineConfig({
  plugins: [react()],
  worker: { format: 'es' },
  optimizeDeps: { exclude: ['@sqlite.org/sqlite-wasm'] }, // it finds its WASM beside itself
})
