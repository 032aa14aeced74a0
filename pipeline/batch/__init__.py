"""Many places, one legend: a list of requests in, one table, one GeoPackage and one index of reports out."""
