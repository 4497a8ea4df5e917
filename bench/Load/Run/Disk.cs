namespace Dicom2Fhir.Load.Run;

/// <summary>Disk a run needs, estimated before it starts.</summary>
static class Disk
{
    // Measured: 6,136 bytes a clean study in all tables and indexes of 50,000, 5,845 of a million, 5,202 of 10 million with copies; 6,318 a messy one of
    // 50,000; a listed instance in a document and its index; and what does not grow.
    const long Study = 6_400;
    const long Instance = 120;
    const long Constant = 6L << 30;     // write-ahead log (max_wal_size 2 GB, doubled while a checkpoint runs), files of the import and index steps

    public static long Needed(long studies, long instanceStudies) => (studies * Study) + (instanceStudies * 150 * Instance) + Constant;

    /// <summary>Null when it fits, else one sentence. What a run before already wrote counts as there.</summary>
    public static string? Refuse(string folder, long needed)
    {
        Directory.CreateDirectory(folder);
        var free = new DriveInfo(folder).AvailableFreeSpace + Used(folder);
        return free > needed ? null : $"The run needs about {needed >> 30} GB and {free >> 30} GB are free in {folder}: fewer --studies, or another --data.";
    }

    static long Used(string folder) =>
        new DirectoryInfo(folder).EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true }).Sum(file => file.Length);
}
