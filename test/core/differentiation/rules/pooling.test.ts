import { dilatedAverageCases, poolingCases } from '../cases/pooling.ts';
import { GradientChecker } from '../gradientChecker.ts';

new GradientChecker().testAll([...poolingCases, ...dilatedAverageCases]);
