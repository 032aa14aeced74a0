"""The services that are known without configuration, each with what is special about it."""

from __future__ import annotations

from pipeline.catalogs.catalog import CatalogProfile, MaskBand

EARTH_SEARCH = CatalogProfile(
    name="earth-search",
    title="Earth Search (worldwide)",
    label="Earth Search",
    url="https://earth-search.aws.element84.com/v1",
    collections=("sentinel-2-c1-l2a", "sentinel-2-l2a"),
    fields=True,
    hosts=(
        "sentinel-cogs.s3.us-west-2.amazonaws.com",
        "e84-earth-search-sentinel-data.s3.us-west-2.amazonaws.com",
    ),
)
PLANETARY_COMPUTER = CatalogProfile(
    name="planetary-computer",
    title="Planetary Computer (worldwide)",
    label="Planetary Computer",
    url="https://planetarycomputer.microsoft.com/api/stac/v1",
    collections=("sentinel-2-l2a",),
    fields=True,
    hosts=("sentinel2l2a01.blob.core.windows.net",),
)
"""Its files' addresses are signed when they are opened (reading/signing.py)."""
FMASK = {0: "no data", 1: "clear", 2: "cloud", 3: "shadow", 4: "snow", 5: "water"}
DIGITAL_EARTH_AUSTRALIA = CatalogProfile(
    name="dea-australia",
    title="Digital Earth Australia (Australia)",
    label="Digital Earth Australia",
    url="https://explorer.dea.ga.gov.au/stac",
    collections=("ga_s2am_ard_3", "ga_s2bm_ard_3", "ga_s2cm_ard_3"),
    credit="Digital Earth Australia; contains modified Copernicus Sentinel data {years}",
    assets={
        "blue": ("nbart_blue",),
        "green": ("nbart_green",),
        "red": ("nbart_red",),
        "rededge1": ("nbart_red_edge_1",),
        "rededge2": ("nbart_red_edge_2",),
        "rededge3": ("nbart_red_edge_3",),
        "nir": ("nbart_nir_1",),
        "nir08": ("nbart_nir_2",),
        "swir16": ("nbart_swir_2",),
        "swir22": ("nbart_swir_3",),
    },
    mask=MaskBand(("oa_fmask",), FMASK),
    offset_dn=0,
    nodata_dn=-999,
    addresses=(("s3://dea-public-data/", "https://dea-public-data.s3.ap-southeast-2.amazonaws.com/"),),
    hosts=("dea-public-data.s3.ap-southeast-2.amazonaws.com", "data.dea.ga.gov.au"),
)
"""Analysis-ready reflectance of Geoscience Australia: its own mask, no offset, int16."""
COPERNICUS_DATA_SPACE = CatalogProfile(
    name="copernicus-data-space",
    title="Copernicus Data Space (needs a key)",
    label="Copernicus Data Space",
    url="https://stac.dataspace.copernicus.eu/v1",
    collections=("sentinel-2-l2a",),
    refusal="Its files are given out only with an access key, and keys are not used here.",
)
EOPF = CatalogProfile(
    name="eopf",
    title="EOPF Sentinel Zarr Samples (no GeoTIFF)",
    label="The EOPF sample service",
    url="https://stac.core.eopf.eodc.eu",
    collections=("sentinel-2-l2a",),
    refusal="Its images are Zarr stores, and only GeoTIFFs are read here.",
)
WORLDWIDE = (EARTH_SEARCH, PLANETARY_COMPUTER)
"""Catalogues that the form offers without configuration, in its order."""
KNOWN = (*WORLDWIDE, DIGITAL_EARTH_AUSTRALIA, COPERNICUS_DATA_SPACE, EOPF)
"""All that can be named in a request or in the ``offer`` of the configuration."""
