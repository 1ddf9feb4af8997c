import { indexingCases } from '../cases/indexing.ts';
import { GradientChecker } from '../gradientChecker.ts';

new GradientChecker().testAll(indexingCases);
