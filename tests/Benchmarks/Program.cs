using Image2Ipfs.Benchmarks;
using Image2Ipfs.Benchmarks.Load;

// Each benchmark runs our program beside its peers, interleaved, in one run on one machine; see docs/benchmarks.md.
return args switch
{
    ["corpus", var file, var megabytes] => Corpus.Write(file, long.Parse(megabytes) * 1_000_000),
    ["publish", var publisher, var archive, var rounds] => await PublishBenchmark.RunAsync(publisher, archive, int.Parse(rounds)),
    ["handover", var publisher, var archive, var node, var rounds] => await HandoverBenchmark.RunAsync(publisher, archive, node, int.Parse(rounds)),
    ["start", var rounds, var archive, .. var programs] => await StartBenchmark.RunAsync(int.Parse(rounds), archive, programs),
    ["serve", var gateway, var publisher, var rounds] => await ServeBenchmark.RunAsync(gateway, publisher, int.Parse(rounds)),
    ["pull", var gateway, var publisher, var rounds] => await PullBenchmark.RunAsync(gateway, publisher, int.Parse(rounds)),
    ["several", var gateway, var publisher, var rounds] => await SeveralBenchmark.RunAsync(gateway, publisher, int.Parse(rounds)),
    ["load", var gateway, var publisher, var unit, var clients, var seconds] => await LoadBenchmark.RunAsync(gateway, publisher, unit, int.Parse(clients), TimeSpan.FromSeconds(int.Parse(seconds))),
    ["limiter", var address, var upstream, var bytesPerSecond] => await Limiter.RunAsync(address, upstream, long.Parse(bytesPerSecond)),
    ["forwarder", var address, var upstream] => await Forwarder.RunAsync(address, upstream),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("""
        usage: Benchmarks corpus FILE MEGABYTES          write a docker-save archive of this machine's own files, five layers
               Benchmarks publish PUBLISHER FILE ROUNDS  publish beside skopeo and pigz
               Benchmarks handover PUBLISHER FILE RPC ROUNDS  export and import beside cp and a node's own
               Benchmarks start ROUNDS FILE PROGRAM..    how fast each package of the publisher starts
               Benchmarks serve GATEWAY PUBLISHER ROUNDS serve beside docker-registry, nginx and a bare YARP forwarder
               Benchmarks pull GATEWAY PUBLISHER ROUNDS  pull through an upstream beside nginx and a bare YARP forwarder
               Benchmarks several GATEWAY PUBLISHER ROUNDS  pull through several upstreams, and many clients at once
               Benchmarks load GATEWAY PUBLISHER UNIT CLIENTS SECONDS  many pulls within the limits of UNIT, upstreams that come and go
               Benchmarks limiter ADDRESS UPSTREAM N     a way to an upstream of N bytes a second
               Benchmarks forwarder ADDRESS UPSTREAM     the bare YARP forwarder that they run
        """);
    return 2;
}
