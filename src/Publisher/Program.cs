using Image2Ipfs.Publisher.Commands;

return await CommandLine.RunAsync(args, Console.Out, Console.Error);
