"""One invented land as Sentinel-2 would see it, for the demo, the benchmarks and the tests.

Pure functions paint the ground, its true classes, reflectance, clouds, digital numbers and the scene
classification; others write them as GeoTIFFs and describe them as STAC items. It knows neither the pipeline
nor the page nor the demo that serves it.
"""
