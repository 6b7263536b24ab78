import HTTPGzip
