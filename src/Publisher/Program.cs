using Image2Ipfs.Publisher.Commands;

using var interruption = new Interruption();
return await CommandLine.RunAsync(args, Console.Out, Console.Error, interruption);
