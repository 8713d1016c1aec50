#!/usr/bin/env node
// kubectl runs this for `kubectl facefleet …`: the same program, known by the name of this file
import './bin.ts';
