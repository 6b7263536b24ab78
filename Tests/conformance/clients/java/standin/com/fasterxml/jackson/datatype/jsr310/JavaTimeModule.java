package com.fasterxml.jackson.datatype.jsr310;

import com.fasterxml.jackson.databind.module.SimpleModule;

/** Stands in for a library that Debian does not pack: with dates mapped to strings it has nothing to do. */
public class JavaTimeModule extends SimpleModule {}
