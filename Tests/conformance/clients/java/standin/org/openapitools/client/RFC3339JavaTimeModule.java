package org.openapitools.client;

import com.fasterxml.jackson.databind.module.SimpleModule;

/** Stands in for the generated class of this name, which needs the library that Debian does not pack. */
public class RFC3339JavaTimeModule extends SimpleModule {}
