"""Accessible names, roles and values that ipywidgets leaves out; `browser.Names` puts them on the page."""

from __future__ import annotations

from pipeline.request import MAX_CLUSTERS

CLOUD, CLUSTERS, OPACITY = "Cloud cover, at most (%)", "Number of clusters", "Opacity of the clusters"
PERIODS, DATES, MARGIN = "Number of periods", "Dates to read, at most", "Leave a margin around clouds (m)"

RULES: list[tuple[str, str, str]] = [
    (".eo-head", "role", "banner"),
    (".eo-form", "role", "form"),
    (".eo-form", "aria-label", "Settings"),
    (".eo-ways", "role", "group"),
    (".eo-ways", "aria-label", "How to set the area"),
    (".eo-image-ways", "aria-label", "How the image is made"),
    (".eo-tools-row .eo-seg", "role", "group"),
    (".eo-tools-row .eo-seg", "aria-label", "What to draw"),
    (".eo-seg > button:not(.eo-on)", "aria-pressed", "false"),
    (".eo-seg > .eo-on", "aria-pressed", "true"),
    (".eo-size .noUi-handle", "aria-label", "Side length (km)"),
    (".eo-size .noUi-handle", "aria-valuetext", "{} km"),
    (".eo-cloud .noUi-handle", "aria-label", CLOUD),
    (".eo-cloud .noUi-handle", "aria-valuetext", "{} %"),
    (".eo-k .noUi-handle", "aria-label", CLUSTERS),
    (".eo-k .noUi-handle", "aria-valuetext", "{} clusters"),
    (".eo-opacity .noUi-handle", "aria-label", OPACITY),
    (".eo-opacity .noUi-handle", "aria-valuetext", "{} %"),
    *(
        (f".eo-{part} .noUi-handle", attribute, words)
        for part, label, told in (
            ("periods", PERIODS, "{} periods"),
            ("dates", DATES, "{} dates"),
            ("margin", MARGIN, "{} m"),
        )
        for attribute, words in (("aria-label", label), ("aria-valuetext", told))
    ),
    (".eo-size-typed input", "aria-label", "Side length (km), as a number"),
    *(
        (f".eo-{part} .widget-readout[contenteditable]", attribute, value)
        for part, words in (
            ("cloud", CLOUD),
            ("k", CLUSTERS),
            ("opacity", OPACITY),
            ("periods", PERIODS),
            ("dates", DATES),
            ("margin", MARGIN),
        )
        for attribute, value in (("role", "textbox"), ("aria-label", f"{words}, as a number"))
    ),
    (".eo-bar", "role", "progressbar"),
    (".eo-bar", "aria-label", "Progress of the calculation"),
    (".eo-status", "role", "status"),
    (".eo-which select", "aria-label", "What false colour shows"),
    (".eo-base select", "aria-label", "Base map"),
    (".eo-mapcol", "role", "region"),
    (".eo-mapcol", "aria-label", "Map"),
    (".eo-map .leaflet-container", "role", "application"),
    (".eo-map .leaflet-container", "aria-label", "Map: click to place the area"),
    (".eo-map .cursor-marker", "tabindex", "-1"),
    (".eo-map .cursor-marker", "aria-hidden", "true"),
    (".eo-results", "role", "region"),
    (".eo-results", "aria-label", "Results"),
    (".eo-tabs .lm-TabBar-content", "aria-label", "Results"),
    (".eo-tabs .widget-tab-contents > *", "role", "tabpanel"),
    (".eo-fold:not(.eo-open) > .eo-fold-head", "aria-expanded", "false"),
    (".eo-fold.eo-open > .eo-fold-head", "aria-expanded", "true"),
    (".eo-toggle:not(.eo-on)", "aria-pressed", "false"),
    (".eo-toggle.eo-on", "aria-pressed", "true"),
    (".eo-more:not(.eo-on)", "aria-expanded", "false"),
    (".eo-more.eo-on", "aria-expanded", "true"),
    (".eo-formats", "role", "group"),
    (".eo-formats", "aria-label", "More formats"),
    (".eo-map-card", "role", "group"),
    (".eo-map-card", "aria-label", "The pixel that was clicked"),
    (".cursor-marker", "aria-label", "Next corner of the drawing: click the map"),
    (".cursor-marker", "role", "img"),
    (".eo-pixel", "role", "status"),
    (".eo-by", "role", "group"),
    (".eo-by", "aria-label", "Hectares of what"),
    (".eo-figures", "role", "group"),
    (".eo-figures", "aria-label", "Which hectares"),
    (".eo-labeller", "role", "region"),
    (".eo-labeller", "aria-label", "Labelling"),
    (".eo-check-opening .eo-file", "aria-label", "File with a sample"),
    (".eo-signatures .svg-figure", "role", "img"),
    (".eo-signatures .svg-figure", "aria-label", "Spectral signatures of the clusters"),
    (".eo-curves .svg-figure", "role", "img"),
    (".eo-curves .svg-figure", "aria-label", "Curves over the year, a line per cluster"),
    (".eo-scatter .svg-figure", "role", "img"),
    (".eo-scatter .svg-figure", "aria-label", "Red against near-infrared reflectance of pixels"),
    (".eo-rows", "role", "group"),
    (".eo-rows", "aria-label", "Hectares per cluster"),
    (".eo-bars .svg-figure", "role", "img"),
    (".eo-bars .svg-figure", "aria-label", "Hectares per cluster; the rows above say the same in words"),
    *(
        (f".eo-{part}-{n} input[type={kind}]", "aria-label", f"{words} {n}")
        for n in range(1, MAX_CLUSTERS + 1)
        for part, kind, words in (
            ("name", "text", "Name of class"),
            ("color", "color", "Colour of class"),
            ("merge", "checkbox", "Merge class"),
        )
    ),
]
"""Selector, attribute, value."""
