using System.Globalization;

namespace Image2Ipfs.Benchmarks.Load;

/// <summary>
/// The limits that a systemd unit gives a service, made without systemd: a control group for memory and tasks, of version 1
/// or 2, and ulimit. Where there is no control group to be had, the runtime's own limit of its heap stands in for memory.
/// </summary>
internal sealed record UnitLimits(long MemoryMax, int TasksMax, int LimitNoFile)
{
    private static readonly string Groups = "/sys/fs/cgroup";

    public bool HaveGroup { get; private init; }

    public static UnitLimits Read(string unit)
    {
        var settings = File.ReadLines(unit).Select(line => line.Split('=', 2)).Where(pair => pair.Length == 2).ToLookup(pair => pair[0], pair => pair[1]);
        var limits = new UnitLimits(Bytes(settings["MemoryMax"].Single()), int.Parse(settings["TasksMax"].Single(), CultureInfo.InvariantCulture), int.Parse(settings["LimitNOFILE"].Single(), CultureInfo.InvariantCulture));
        return limits with { HaveGroup = limits.TryMakeGroup("image2ipfs-load-probe") };
    }

    /// <summary>A command that runs another one within the limits.</summary>
    public string[] Around(string name, string[] command)
    {
        if (HaveGroup)
            TryMakeGroup(name);
        var join = HaveGroup ? string.Concat(Folders(name).Select(folder => $"echo $$ > {folder}/cgroup.procs; ")) : $"export DOTNET_GCHeapHardLimit={MemoryMax * 3 / 4:x}; ";
        // Who may not raise it has fewer files already.
        var files = $"ulimit -n {LimitNoFile} 2>/dev/null || true; ";
        return ["sh", "-c", $"{join}{files}exec \"$@\"", "sh", .. command];
    }

    /// <summary>How often the kernel had to end something for want of memory; 0 where it is not known.</summary>
    public int KilledOf(string name)
    {
        var file = Folders(name).SelectMany(folder => new[] { $"{folder}/memory.oom_control", $"{folder}/memory.events" }).FirstOrDefault(File.Exists);
        var line = file is null ? null : File.ReadLines(file).FirstOrDefault(line => line.StartsWith("oom_kill ", StringComparison.Ordinal));
        return line is null ? 0 : int.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture);
    }

    public void Remove(string name)
    {
        foreach (var folder in HaveGroup ? Folders(name).Where(Directory.Exists) : [])
            Directory.Delete(folder);
    }

    public override string ToString() => $"{MemoryMax >> 20} MiB ({(HaveGroup ? "control group" : "heap limit of the runtime")}), {TasksMax} tasks, {LimitNoFile} files";

    private static bool IsVersion2 => File.Exists($"{Groups}/cgroup.controllers");

    private static string[] Folders(string name) => IsVersion2 ? [$"{Groups}/{name}"] : [$"{Groups}/memory/{name}", $"{Groups}/pids/{name}"];

    private bool TryMakeGroup(string name)
    {
        var folders = Folders(name);
        try
        {
            foreach (var folder in folders)
                Directory.CreateDirectory(folder);
            File.WriteAllText($"{folders[0]}/{(IsVersion2 ? "memory.max" : "memory.limit_in_bytes")}", $"{MemoryMax}");
            File.WriteAllText($"{folders[^1]}/pids.max", $"{TasksMax}");
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
        finally
        {
            if (!HaveGroup)
            {
                foreach (var folder in folders.Where(Directory.Exists))
                    Directory.Delete(folder);
            }
        }
    }

    private static long Bytes(string text) => text[^1] switch
    {
        'G' => long.Parse(text[..^1], CultureInfo.InvariantCulture) << 30,
        'M' => long.Parse(text[..^1], CultureInfo.InvariantCulture) << 20,
        _ => long.Parse(text, CultureInfo.InvariantCulture),
    };
}
