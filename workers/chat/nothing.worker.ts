/** Its being loaded is all that it is for (app/features/status/watch-versions.ts). */
self.close()
